// node .ci/leaks.js CONFIG FOLDER: fails where a secret of the configuration, or a signed token, stands in any file of the folder.
// It shares no code with the product, which might look away where it also fails to redact.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const [configFile, folder] = process.argv.slice(2)
const secrets = []
collect(JSON.parse(readFileSync(configFile, 'utf8')))
if (secrets.length < 3) throw new Error(`only ${secrets.length} secrets in ${configFile}`)

const needles = secrets.flatMap(({ path, value }) => formsOf(value).map((form) => ({ path, form })))
let files = 0
const found = []
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  const file = join(folder, name)
  if (!statSync(file).isFile()) continue
  files++
  const text = readFileSync(file, 'utf8')
  for (const { path, form } of needles) if (text.includes(form)) found.push(`${name}: ${path} as ${form.slice(0, 3)}…`)
  for (const [token] of text.matchAll(/eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/g)) found.push(`${name}: a signed token ${token.slice(0, 12)}…`)
}
console.log(`${secrets.length} secrets in ${needles.length} forms looked for in ${files} files`)
if (files === 0 || found.length > 0) {
  console.error(found.join('\n') || 'there is no file')
  process.exit(1)
}

function collect(value, path = '') {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' && /secret|password$|accessToken|signingKey/i.test(name)) secrets.push({ path: `${path}${name}`, value: member })
    collect(member, `${path}${name}.`)
  }
}

/** Base64 of a value looks different by where in a group of three it begins; its ends depend on the neighbours and are left out. */
function formsOf(value) {
  const shifted = [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from(value)]).toString('base64').slice(before === 0 ? 0 : 4, -4))
  return [...new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), ...shifted.filter((form) => form.length >= 12)])]
}
