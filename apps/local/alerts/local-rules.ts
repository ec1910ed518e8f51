/**
 * Rules of a run on this machine to which none were applied: everything is an alert, told on every channel, grouped by
 * source. Waits are short, so that a first look need not wait.
 */
export const LOCAL_RULES = `version: 1
receivers:
  - { name: local-slack, channel: slack, secret: slack, to: '#alerts' }
  - { name: local-mail, channel: email, to: [oncall@localhost.localdomain] }
  - { name: local-webhook, channel: webhook, url: 'http://127.0.0.1/', secret: webhook }
rules:
  - name: everything
route:
  receivers: [local-slack, local-mail, local-webhook]
  groupBy: [tags.site, source]
  groupWait: 2s
  groupInterval: 30s
  repeatInterval: 4h
`;
