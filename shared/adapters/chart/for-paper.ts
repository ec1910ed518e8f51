/**
 * A drawn chart without what is for mice only (styles under the pointer), and with names of clip paths that do not count the charts
 * of this process; a page has only one.
 */
export function forPaper(svg: string): string {
  return svg
    .replace(/<style[^>]*>[\s\S]*?<\/style>\s*/g, '')
    .replace(/ class="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, 'plot-');
}
