import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

/** Without these flags Chromium itself asks for updates, and what a page asks for drowns in that. */
const quiet = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

/** Path of a Chromium, or why there is none. `CONFORMANCE_REQUIRE_BROWSER=1` makes that an error. */
export function findChromium(): { readonly path: string } | { readonly reason: string } {
  const path = [process.env.CHROMIUM_PATH ?? '', ...usualPlaces].find((candidate) => candidate !== '' && existsSync(candidate))
  if (path !== undefined) return { path }
  const reason = 'no Chromium found: install it, or set CHROMIUM_PATH'
  if (process.env.CONFORMANCE_REQUIRE_BROWSER === '1') throw new Error(reason)
  return { reason }
}

/** A headless browser with an empty profile. */
export function openChromium(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: quiet })
}
