import { capabilities, type Capability } from '../core/capability.ts'
import { addressOf, createClient, openConnection } from '../core/client.ts'
import { isObject } from '../core/json.ts'
import { createLimiter } from '../core/limiter.ts'
import { createRedactor } from '../core/redaction.ts'
import { adaptedClient } from '../fixtures/target/adaptation.ts'
import { capabilitiesOf } from '../fixtures/target/capabilities.ts'
import type { Configuration } from '../fixtures/target/configuration.ts'
import { discovered, takesBasicOnly } from '../fixtures/target/discovered-paths.ts'
import { probeTarget, type Probing } from '../fixtures/target/probe.ts'
import { remedyFor } from '../fixtures/target/remedies.ts'
import { trials } from '../fixtures/target/trials.ts'
import { wayTo } from '../fixtures/target/way.ts'
import { openWorlds } from '../fixtures/world.ts'
import { printable } from '../reporters/printable.ts'
import type { Arguments } from './arguments.ts'
import { stateTarget } from './stated-target.ts'
import { openTarget } from './target.ts'
import { print } from './terminal.ts'

/** What was found out about one thing. */
interface Finding {
  /** A capability, or `target`, `clock`, `issuer` and whatever was tried. */
  readonly name: string
  readonly state: 'there' | 'missing' | 'wrong'
  /** What was seen, as a clause. */
  readonly told: string
  /** What to do about it. */
  readonly add?: string
}

/** Seconds that clocks may differ by. */
const toleratedSkew = 5

/** `conformance doctor`: tells whether a target can be judged, capability by capability, and what to add. */
export async function doctor(given: Arguments): Promise<number> {
  const target = await openTarget(given, await stateTarget(given))
  try {
    let { configuration } = target
    const limiter = createLimiter({ concurrency: configuration.concurrency, ...(configuration.rate === undefined ? {} : { rate: configuration.rate }) })
    const connection = openConnection({ ...wayTo(configuration.target), timeoutMs: configuration.timeoutMs, limiter, connections: configuration.concurrency })
    let probing: Probing
    try {
      const plain = createClient(connection, createRedactor())
      configuration = await discovered(plain, configuration, connection.baseUrl)
      const client = adaptedClient(plain, connection.baseUrl, configuration)
      probing = await probeTarget(client, configuration, Object.keys(capabilities) as Capability[])
    } finally {
      await connection.close()
    }
    const findings = [
      ...(target.isEmbedded ? [{ name: 'target', state: 'missing', told: 'none is named, and there is no configuration in this folder: what follows is about the reference tenant of the suite', add: '--domain HOST, --base-url URL, or conformance init' } as const] : []),
      ...aboutTarget(configuration, probing),
      ...(probing.closed === undefined ? [...aboutCapabilities(configuration, probing), ...await tried(configuration, probing)] : []),
    ]
    // Nothing shows that one by itself.
    const canBeJudged = findings.some(({ name, state }) => state === 'there' && name in capabilities && name !== 'openid-connect')
    if (given.flag('json')) print(JSON.stringify({ target: configuration.target.baseUrl, canBeJudged, findings }, null, 2))
    else print(`${findings.map(lineOf).join('\n')}\n\n${canBeJudged ? 'It can be judged' : 'It cannot be judged'}: ${configuration.target.baseUrl}`)
    return canBeJudged ? 0 : 3
  } finally {
    await target.close()
  }
}

function lineOf({ name, state, told, add }: Finding): string {
  const marks = { there: '✓', missing: '–', wrong: '✗' }
  return `${marks[state]} ${name.padEnd(22)} ${printable(told)}${add === undefined ? '' : `\n  ${''.padEnd(22)} → ${printable(add)}`}`
}

function aboutTarget({ target, clientAuthentication }: Configuration, { closed, discovery }: Probing): Finding[] {
  if (closed !== undefined) return [{ name: 'target', state: 'wrong', told: `${target.baseUrl}: ${closed}` }]
  const date = Date.parse(discovery?.header('date') ?? '')
  const skew = Math.round((date - Date.now()) / 1000)
  const expected = target.issuer ?? `${addressOf(target)}/`
  const stated = isObject(discovery?.json) ? discovery.json.issuer : undefined
  return [
    { name: 'target', state: 'there', told: `${target.baseUrl} answers` },
    Number.isNaN(date) ? { name: 'clock', state: 'missing', told: 'no Date header tells its time' }
      : Math.abs(skew) <= toleratedSkew ? { name: 'clock', state: 'there', told: 'agrees with this machine\'s' }
        : { name: 'clock', state: 'wrong', told: `is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} this machine's`, add: 'set both by NTP: lifetimes of tokens can\'t be judged otherwise' },
    ...(typeof stated !== 'string' ? aboutDiscovery(discovery) : [stated === expected
      ? { name: 'issuer', state: 'there', told: stated } as const
      : { name: 'issuer', state: 'wrong', told: `discovery says ${stated}, and ${expected} is expected`, add: `target: { issuer: "${stated}" } if that is right` } as const]),
    ...(clientAuthentication === undefined && takesBasicOnly(discovery?.json)
      ? [{ name: 'client secrets', state: 'wrong', told: 'discovery lists client_secret_basic, and not client_secret_post, which checks use', add: 'clientAuthentication: basic' } as const] : []),
  ]
}

/** Where a discovery document should be, and is none. */
function aboutDiscovery(discovery: Probing['discovery']): Finding[] {
  if (discovery === undefined) return []
  const { status, location, url } = discovery
  const path = location && location.origin === url.origin ? location.pathname : undefined
  const told = `GET ${url.pathname} answers ${status}${path === undefined ? '' : ` and leads to ${path}`}, and no discovery document: issuer and endpoints are taken from the configuration alone`
  return [{ name: 'issuer', state: 'missing', told, add: path === undefined ? 'look whether the path of the base URL is right' : `paths: { /.well-known/openid-configuration: … }, below the base URL, if ${path} is it` }]
}

function aboutCapabilities(configuration: Configuration, { lacks }: Probing): Finding[] {
  const { missing } = capabilitiesOf(configuration)
  return (Object.keys(capabilities) as Capability[]).map((name) => {
    const absent = configuration.lacks?.[name] ?? lacks.get(name)
    if (absent !== undefined) return { name, state: 'missing', told: absent }
    const reason = missing.get(name)
    const remedy = reason === undefined ? undefined : remedyFor(name, reason)
    return reason === undefined ? { name, state: 'there', told: capabilities[name] } : { name, state: 'missing', told: reason, ...(remedy === undefined ? {} : { add: remedy }) }
  })
}

/** What the configuration promises is tried out. */
async function tried(configuration: Configuration, { lacks }: Probing): Promise<Finding[]> {
  const worlds = openWorlds({ ...configuration, lacks: { ...Object.fromEntries(lacks), ...configuration.lacks } }, { seed: 0 })
  try {
    const { capabilities: there } = worlds.permissions
    const { world, redactor } = worlds.stage()
    const findings: Finding[] = []
    for (const { name, isApplicable, attempt } of trials) {
      if (!isApplicable(configuration, there)) continue
      const { problem, told, add } = await attempt(world)
      findings.push(problem === undefined ? { name, state: 'there', told } : { name, state: 'wrong', told: redactor.text(problem), ...(add === undefined ? {} : { add }) })
    }
    return findings
  } finally {
    await worlds.close()
  }
}
