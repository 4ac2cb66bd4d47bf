import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { startReferenceTenant } from '../../fixtures/reference/server.ts'
import { currentKey } from '../../fixtures/reference/signing-keys.ts'
import { readResponse } from '../../suites/protocols/saml/message.ts'
import { select } from '../../suites/xml.ts'
import { findChromium, openChromium } from '../reporters/chromium.ts'

const chromium = findChromium()

test.skipIf('reason' in chromium)('a browser carries the response to a relying party by itself', async () => {
  let received: URLSearchParams | undefined
  const party = createServer((request, answer) => {
    let text = ''
    request.on('data', (chunk) => (text += String(chunk))).on('end', () => {
      if (request.method === 'POST' && request.url === '/acs') received = new URLSearchParams(text)
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<title>Welcome</title>')
    })
  })
  await new Promise<void>((resolve) => void party.listen(0, '127.0.0.1', resolve))
  const acs = `http://127.0.0.1:${(party.address() as AddressInfo).port}/acs`
  const tenant = await startReferenceTenant({ decisions: { saml: { acsAllowed: (url) => url === acs } } })
  const browser = await openChromium('path' in chromium ? chromium.path : '')
  try {
    const { clients, users } = tenant.configuration
    const id = `_${randomBytes(16).toString('hex')}`
    const relayState = `"><script>document.title='broken'</script> é世`
    const request = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${new Date().toISOString()}" AssertionConsumerServiceURL="${acs}"><saml:Issuer>urn:party</saml:Issuer></samlp:AuthnRequest>`
    const page = await browser.newPage()
    await page.goto(`${tenant.url}/samlp/${clients?.saml?.clientId}?${new URLSearchParams({ SAMLRequest: deflateRawSync(request).toString('base64'), RelayState: relayState })}`)
    for (let step = 0; step < 3 && (await page.title()) !== 'Welcome'; step++) {
      for (const [selector, value] of [['input[name=username]', users?.main?.email], ['input[name=password]', users?.main?.password]] as const) {
        const field = page.locator(selector)
        if (await field.count() > 0 && await field.first().isVisible()) await field.first().fill(value ?? '')
      }
      await page.locator('button[type=submit]:visible').first().click()
      await page.waitForLoadState()
    }
    await page.waitForURL(acs)
    expect(await page.title()).toBe('Welcome')
    expect(received?.get('RelayState')).toBe(relayState)
    const message = await readResponse(received?.get('SAMLResponse') ?? '', [currentKey.certificate])
    expect(message).toMatchObject({ isCovered: true, verification: { refusals: [] } })
    if ('unreadable' in message) throw new Error(message.unreadable)
    expect(message.root.attributes).toMatchObject({ InResponseTo: id, Destination: acs })
    expect(select(message.assertion, 'saml:Subject/saml:NameID')[0]?.text).toMatch(/^auth0\|/)
  } finally {
    await browser.close()
    await tenant.close()
    await new Promise((resolve) => party.close(resolve))
  }
}, 60_000)
