import { describe, expect, test } from 'vitest'
import { answerOf } from '../../core/client.ts'
import { curlOf } from '../../core/curl.ts'
import { readPage } from '../../core/page.ts'
import { createRedactor } from '../../core/redaction.ts'
import { stable } from '../../core/volatile.ts'
import { readMessage } from '../../fixtures/inbox/extraction.ts'
import { deliveryByPage } from '../../fixtures/login/authorization-response.ts'
import { readResponse } from '../../suites/protocols/saml/message.ts'
import { parseXml } from '../../suites/xml.ts'

/** What makes a pattern, or a parser, go back to where it was, by what is repeated. */
const fillings: Readonly<Record<string, string>> = {
  parentheses: '(', letters: 'a', less: '<', equals: '=', spaces: ' ', quotes: '"', 'escaped quotes': '\\"', backslashes: '\\', braces: '{', brackets: '[{', 'tokens begun': 'eyJ', 'tokens with a dot': 'eyJhbGciOi.',
  percents: '%5B', 'percents of percents': '%25', ampersands: '&', 'numeric entities': '&#34;', pairs: '&a=b', markers: '[a ', inputs: '<input ', 'inputs with a quote': '<input a="', forms: '<form>', 'nested elements': '<div>', 'formatting elements': '<b><p>',
  tables: '<table>', 'error codes': '<strong>a_b</strong>', members: '"a":', 'literals begun': 'a: \'', responses: 'response:{', 'XML elements': '<a b="', comments: '<!--', digits: '1234 ', 'digits on lines': '1234\n', dots: '.', links: 'http://a.b/)', 'line breaks': '\n', 'base64': 'QUFB', dates: '2026-11-24T',
}

const url = new URL('https://tenant.example/a')
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'removing secrets': (body) => {
    const redactor = createRedactor()
    redactor.learn('a secret of somebody', 'password')
    const exchange = redactor.exchange({ request: { method: 'POST', url: url.href, headers: [] }, response: { status: 200, headers: [['x', body]], body }, startedAt: '', durationMs: 0 })
    return [redactor.text(body), exchange]
  },
  'comparing runs': stable,
  'reading a page': (body) => readPage(`<html>${body}`, url),
  'reading an answer in a script': (body) => {
    const text = `<script>"authorization_response";${body}</script>`
    return deliveryByPage(answerOf(url, 200, [], text), readPage(text, url), () => false)
  },
  'reading a message': (text) => readMessage({ text, html: text }),
  'reading a SAML response': (text) => readResponse(`${text}x`, []),
  'reading XML': (text) => parseXml(`<a>${text}`),
  'writing a command': (body) => curlOf({ request: { method: 'POST', url: url.href, headers: [], body }, startedAt: '', durationMs: 0 }),
}

const characters = 512 * 1024

async function msOf(read: (text: string) => unknown, filling: string, length: number): Promise<number> {
  const text = filling.repeat(Math.ceil(length / filling.length))
  const started = performance.now()
  await read(text)
  return performance.now() - started
}

// A busy machine may hold one attempt up.
describe.each(Object.entries(readers))('%s', { retry: 2 }, (_, read) => {
  test.each(Object.entries(fillings))('takes no longer than in proportion for %s', async (__, filling) => {
    const [half, whole] = [await msOf(read, filling, characters / 2), await msOf(read, filling, characters)]
    // What takes its square takes four times as long, and soon more than anybody waits. Where it is over at once there is nothing to compare.
    expect(whole, `${Math.round(half)} ms for half of it`).toBeLessThan(Math.max(500, half * 3.3))
    expect(whole).toBeLessThan(5000)
  })
})
