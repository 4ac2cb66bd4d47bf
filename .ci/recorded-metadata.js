// Serves metadata that hosted Auth0 was recorded to send, and has it judged like any target's: nothing may be accused.
// node .ci/recorded-metadata.js RECORDED.jsonl PROGRAM [ARGUMENT…]
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [recordings, program, ...rest] = process.argv.slice(2)
const recorded = readFileSync(recordings, 'utf8').split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line))
  .filter(({ request, response }) => /^\/samlp\/metadata\/|^\/wsfed\/.*FederationMetadata\.xml$/.test(request?.path ?? '') && response?.status === 200)
if (recorded.length === 0) throw new Error(`no metadata is recorded in ${recordings}`)
const answers = new Map(recorded.map(({ request, response }) => [request.path, response]))
const [, clientId] = [...answers.keys()].map((path) => /^\/samlp\/metadata\/(.+)$/.exec(path)).find(Boolean) ?? []

const server = createServer((request, response) => {
  const answer = answers.get(new URL(request.url, 'http://localhost').pathname)
  if (!answer) return void response.writeHead(404, { 'content-type': 'text/plain' }).end('not recorded')
  const { 'content-type': type, 'content-disposition': disposition, 'cache-control': cache } = answer.headers
  const headers = Object.entries({ 'content-type': type, 'content-disposition': disposition, 'cache-control': cache }).filter(([, value]) => value !== undefined)
  response.writeHead(200, Object.fromEntries(headers)).end(typeof answer.body === 'string' ? answer.body : answer.body.text)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

const folder = mkdtempSync(join(tmpdir(), 'recorded-metadata-'))
const schemas = ['/usr/share/xml/opensaml', '/usr/share/xml/xmltooling'].filter((one) => existsSync(one))
const configuration = {
  ...(schemas.length === 2 ? { saml: { schemas } } : {}),
  target: { baseUrl: `http://127.0.0.1:${server.address().port}`, issuer: `https://${recorded[0].request.headers.host}/` },
  clients: { saml: { clientId, acs: 'https://sp.example.test/acs', entityId: 'urn:sp.example.test' }, wsfed: { clientId, reply: 'https://rp.example.test/' } },
}
writeFileSync(join(folder, 'conformance.config.json'), JSON.stringify(configuration))
const ids = ['protocols/saml/metadata', 'protocols/saml/schema/metadata', 'protocols/ws-federation/metadata', 'endpoints/saml/metadata/success', 'endpoints/wsfed/metadata/success']
const child = spawn(program, [...rest, 'run', ...ids, '--config', join(folder, 'conformance.config.json'), '--out', folder, '--reporter', 'json'], { stdio: 'inherit' })
await new Promise((resolve) => child.on('exit', resolve))
server.close()

const { verdicts } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))
rmSync(folder, { recursive: true })
const isRecorded = ({ exchanges = [] }) => exchanges.every(({ request }) => answers.has(new URL(request.url).pathname))
const accused = verdicts.filter((verdict) => verdict.status === 'fail' && isRecorded(verdict))
const passed = verdicts.filter(({ status }) => status === 'pass').length
for (const { check, findings } of accused) console.log(`${check}: ${JSON.stringify(findings)}`)
console.log(`${passed} checks pass, ${accused.length} accuse`)
process.exitCode = accused.length === 0 && passed >= 15 ? 0 : 1
