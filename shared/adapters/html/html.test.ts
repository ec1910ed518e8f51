import { html } from './html';

test('what is put into markup is text, also in a list and within quotes, unless it is markup', () => {
  const rows = ['<b>', '"&\''].map((name) => html`<td title="${name}">${name}</td>`);
  expect(html`<tr>${rows}${['<i>', 3]}</tr>`.text).toBe(
    '<tr><td title="&lt;b&gt;">&lt;b&gt;</td><td title="&quot;&amp;&#39;">&quot;&amp;&#39;</td>&lt;i&gt;3</tr>',
  );
});
