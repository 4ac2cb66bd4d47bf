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

/** What takes the square of its length takes minutes for this many, and what is in proportion to it less than a second. */
const characters = 1024 * 1024

describe.each(Object.entries(readers))('%s', (_, read) => {
  test.each(Object.entries(fillings))('comes to an end for %s', { timeout: 60_000 }, async (__, filling) => {
    await read(filling.repeat(Math.ceil(characters / filling.length)))
    expect.assertions(0)
  })
})
