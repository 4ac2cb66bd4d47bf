import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { admitXml } from '../../core/xml-gate.ts'
import { readXml } from '../../fixtures/reference/federation/xml-reader.ts'
import { readResponse, readTokenResponse } from '../../suites/protocols/saml/message.ts'
import { parseXml } from '../../suites/xml.ts'

const lolz = Array.from({ length: 10 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join('')

/** What nobody sends who means well. */
const hostile: Readonly<Record<string, string>> = {
  'entities within entities': `<!DOCTYPE a [<!ENTITY l0 "lol">${lolz}]><a>&l10;</a>`,
  'one long entity, often': `<!DOCTYPE a [<!ENTITY e "${'x'.repeat(50_000)}">]><a>${'&e;'.repeat(50_000)}</a>`,
  'an external entity': '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
  'a parameter entity': '<!DOCTYPE a [<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]><a/>',
  'a document type behind a comment': '<!-- x --><!DOCTYPE a><a/>',
  'a document type in small letters': '<!doctype a><a/>',
  'an entity nobody declared': '<a>&nbsp;</a>',
  'a bare ampersand': '<a>a & b</a>',
  'a reference to NUL': '<a>&#0;</a>',
  'a reference to a surrogate': '<a>&#xD800;</a>',
  'NUL': '<a>\0</a>',
  'a control character': '<a>\u0007</a>',
  'half a surrogate pair': '<a>\ud800</a>',
  'a hundred thousand levels': `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`,
  '65 levels': `${'<a>'.repeat(65)}${'</a>'.repeat(65)}`,
  'a huge attribute': `<a b="${'x'.repeat(100_000)}"/>`,
  'a thousand attributes': `<a ${Array.from({ length: 1000 }, (_, index) => `a${index}=""`).join(' ')}/>`,
  'a hundred thousand elements': `<a>${'<b/>'.repeat(100_000)}</a>`,
  'a megabyte': `<a>${'x'.repeat(1024 * 1024)}</a>`,
  'two roots': '<a/><b/>',
  'text behind the root': '<a/>b',
  'CDATA outside of the root': '<![CDATA[x]]><a/>',
  'an end too many': '<a/></a>',
  'crossed ends': '<a><b></a></b>',
  'no end': '<a><b/>',
  'an attribute twice': '<a b="1" b="2"/>',
  'a < in an attribute': '<a b="<"/>',
  'an attribute without quotes': '<a b=1/>',
  'attributes that touch': '<a b="1"c="2"/>',
  'a prefix bound to nothing': '<a><x:b/></a>',
  'a prefix whose binding has ended': '<a><b xmlns:x="urn:x"/><x:c/></a>',
  'a prefix of an attribute bound to nothing': '<a x:b=""/>',
  'a declaration in the middle': '<a><?xml version="1.0"?></a>',
  'another encoding': '<?xml version="1.0" encoding="UTF-7"?><a/>',
  'a comment with two dashes': '<a><!-- a -- b --></a>',
  'a comment without end': '<a><!-- </a>',
  'CDATA without end': '<a><![CDATA[ </a>',
  'an end of CDATA in text': '<a>]]></a>',
  'nothing': '',
  'text': 'auth0|victim',
}

describe('what is hostile passes no reader', () => {
  test.each(Object.entries(hostile))('%s', async (_, xml) => {
    const started = performance.now()
    expect(admitXml(xml)).toHaveProperty('refusal')
    expect(parseXml(xml)).toBeUndefined()
    await expect(readXml(xml)).rejects.toThrow()
    expect(await readResponse(Buffer.from(xml).toString('base64'), [])).toHaveProperty('unreadable')
    expect(await readTokenResponse(xml, [])).toHaveProperty('unreadable')
    expect(performance.now() - started).toBeLessThan(1000)
  })

  test.each([
    ['invalid UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e])],
    ['an overlong encoding', Buffer.from([0x3c, 0x61, 0x3e, 0xc0, 0xbc, 0x3c, 0x2f, 0x61, 0x3e])],
    ['UTF-16', Buffer.from('\ufeff<a/>', 'utf16le')],
  ])('%s', (_, bytes) => expect(admitXml(bytes)).toHaveProperty('refusal'))

  test('nobody is called', async () => {
    let calls = 0
    const server = createServer((_, answer) => {
      calls++
      answer.end('<!ENTITY e "x">')
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.dtd`
      for (const xml of [
        `<!DOCTYPE a SYSTEM "${url}"><a/>`, `<!DOCTYPE a [<!ENTITY e SYSTEM "${url}">]><a>&e;</a>`, `<!DOCTYPE a [<!ENTITY % e SYSTEM "${url}"> %e;]><a/>`,
        `<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="${url}"/></a>`, `<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="${url}"/>`,
        `<?xml-stylesheet href="${url}" type="text/xsl"?><a/>`,
      ]) {
        parseXml(xml)
        await readXml(xml).catch(() => undefined)
        await readResponse(Buffer.from(xml).toString('base64'), [])
        await readTokenResponse(xml, [])
      }
      expect(calls).toBe(0)
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
})

test.each([
  '<a/>', '\ufeff<a/>', '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<a b=\'"\'>&lt;&#65;&#x42;<![CDATA[<&]]></a>\n<!-- end -->', '<é:ü xmlns:é="urn:x" é:b="1" b="2"/>',
  '<a xmlns:x="urn:x"><x:b/><b xmlns:x="urn:y" x:c=""/><x:d/></a>', '<a xml:lang="en"><?target data?></a>', `${'<a>'.repeat(64)}${'</a>'.repeat(64)}`, '<a\n b = "1"\n/>',
])('what is well-formed passes: %s', (xml) => {
  expect(admitXml(xml)).not.toHaveProperty('refusal')
  expect(parseXml(xml)).toBeDefined()
})
