/**
 * Without what is for mice only (styles under the pointer), and with names of clip paths that do not count the charts of this
 * process.
 *
 * @param name of the chart, none other on its page has it
 */
export function forPaper(svg: string, name: string): string {
  return svg
    .replace(/<style[^>]*>[\s\S]*?<\/style>\s*/g, '')
    .replace(/ class="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `${name}-`);
}
