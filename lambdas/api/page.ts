import { escapedHtml } from '../../shared/adapters/html/escaped-html';
import { type HttpResponse, NOT_KEPT } from '../../shared/runtime/http';

/** A page that runs nothing, loads nothing, is framed by nobody, and whose address is told to nobody. */
export function page(status: number, title: string, body: string): HttpResponse {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000',
      'x-robots-tag': 'noindex',
      ...NOT_KEPT,
    },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapedHtml(title)}</title><style>${STYLE}</style></head>
<body><h1>${escapedHtml(title)}</h1>${body}</body></html>`,
  };
}

const STYLE =
  'body{font:16px/1.5 sans-serif;color:#222;max-width:40em;margin:2em auto;padding:0 1em}' +
  'h1{font-size:1.3em}button{font:inherit;padding:.5em 1em;margin:.2em .3em .2em 0;border:1px solid #0072b2;' +
  'border-radius:4px;background:#fff;color:#0072b2}button:first-of-type{background:#0072b2;color:#fff}' +
  'input{font:inherit;padding:.4em}';
