import type { Capability } from './capability.ts'
import type { Check } from './check.ts'
import type { Client } from './client.ts'
import { curlOf, type Way } from './curl.ts'
import type { Effect } from './effect.ts'
import type { Exchange } from './exchange.ts'
import { Blocked, Mismatch, Refuted, type Counterexample, type Finding } from './finding.ts'
import type { Redactor } from './redaction.ts'
import { scriptOf } from './script.ts'
import { factsOf, type Verdict, type VerdictDocument } from './verdict.ts'
import type { Attachment, World } from './world.ts'

/** The world of one check, with what the runner needs to make a verdict of it. */
export interface Stage {
  readonly world: World
  readonly client: Client
  readonly redactor: Redactor
  /** How often something was demanded in this world by now. */
  assertions(): number
  /** What the check attached. */
  readonly attachments?: readonly Attachment[]
  /** How the target is reached; commands that send a request again need it. */
  readonly way?: Way
}

/** What decides whether a check is tried at all. */
export interface Permissions {
  readonly capabilities: ReadonlySet<Capability>
  /** Why a capability is missing, for the reason of a verdict. */
  readonly missing: ReadonlyMap<Capability, string>
  readonly allowed: ReadonlySet<Effect>
  /** Capabilities that have to be there: a check that needs a missing one fails. */
  readonly required?: ReadonlySet<Capability>
  /** Why the configuration keeps a check from being judged although its needs are met. */
  readonly unfit?: (check: Check) => string | undefined
}

/** Runs one check and judges it. Never rejects: what goes wrong on our side is a verdict too. */
export async function runCheck(check: Check, permissions: Permissions, prepare: () => Stage): Promise<Verdict> {
  const facts = factsOf(check)
  const refusal = reasonNotToTry(check, permissions) ?? permissions.unfit?.(check)
  const lack = check.needs.find((capability) => permissions.required?.has(capability) && !permissions.capabilities.has(capability))
  if (lack !== undefined) {
    const finding = { at: `capability ${lack}`, expected: 'there, because it is required', actual: permissions.missing.get(lack) ?? 'not offered by the target' }
    return { ...facts, level: 'must', status: 'fail', durationMs: 0, findings: [finding], exchanges: [], reproduce: [] }
  }
  if (refusal !== undefined) {
    return { ...facts, status: 'unsupported', durationMs: 0, reason: refusal, findings: [], exchanges: [], reproduce: [] }
  }
  const started = performance.now()
  let stage: Stage
  try {
    stage = prepare()
  } catch (error) {
    return { ...facts, status: 'error', durationMs: 0, reason: `the check could not be set up: ${messageOf(error)}`, findings: [], exchanges: [], reproduce: [] }
  }
  const { world, client, redactor } = stage
  const thrown = await failureOf(() => check.run(world))
  // What was learned late is removed from what was recorded early.
  const exchanges = client.exchanges.map((exchange) => redactor.exchange(exchange))
  const clean = (finding: Finding): Finding => ({
    at: redactor.text(finding.at),
    expected: shortened(redactor.text(finding.expected)),
    actual: shortened(redactor.text(finding.actual)),
    ...(finding.message === undefined ? {} : { message: redactor.text(finding.message) }),
  })
  return {
    ...facts,
    ...outcomeOf(stage.assertions(), thrown, redactor),
    durationMs: Math.round(performance.now() - started),
    findings: thrown instanceof Mismatch ? thrown.findings.map(clean) : [],
    ...(thrown instanceof Refuted ? { counterexample: told(check, thrown.counterexample, stage) } : {}),
    exchanges,
    ...documentsOf(stage.attachments ?? [], thrown, redactor),
    reproduce: exchanges.map((exchange) => commandFor(exchange, stage.way)),
  }
}

/** Several checks have the same exchanges in their records. */
const commands = new WeakMap<Exchange, string>()

function commandFor(exchange: Exchange, way?: Way): string {
  const known = commands.get(exchange)
  if (known !== undefined) return known
  const command = curlOf(exchange, way)
  commands.set(exchange, command)
  return command
}

/** What a check threw; `undefined` where it came to its end. */
async function failureOf(run: () => Promise<void>): Promise<unknown> {
  try {
    await run()
    return undefined
  } catch (error) {
    return error ?? new Error('something that says nothing was thrown')
  }
}

/** Hundreds of checks look at the same few messages: only those that say something about one show it. */
function documentsOf(attachments: readonly Attachment[], thrown: unknown, redactor: Redactor): { documents?: readonly VerdictDocument[] } {
  if (thrown === undefined || attachments.length === 0) return {}
  const byName = new Map(attachments.map((attachment) => [attachment.name, attachment]))
  return { documents: [...byName.values()].map((attachment) => ({ name: attachment.name, mediaType: attachment.mediaType, text: redactor.text(attachment.text()) })) }
}

/** A counterexample without secrets, with the script that plays it again. */
function told(check: Check, counterexample: Counterexample, { client, redactor, world, way }: Stage): Counterexample {
  const text = (value: string): string => shortened(redactor.text(value))
  const { id, title } = check
  return {
    ...counterexample,
    input: text(counterexample.input),
    steps: counterexample.steps.map((step) => ({ ...step, title: text(step.title), expected: text(step.expected), actual: text(step.actual) })),
    script: scriptOf({ check: id, title, counterexample, exchanges: client.exchanges, personas: world.personas, baseUrl: world.target.baseUrl, redact: redactor.text, ...(way ? { way } : {}) }),
  }
}

/** Why a check is not tried, or `undefined` where it is. */
export function reasonNotToTry(check: Pick<Check, 'needs' | 'effects'>, permissions: Permissions): string | undefined {
  const need = check.needs.find((capability) => !permissions.capabilities.has(capability))
  if (need !== undefined) return `needs ${need}: ${permissions.missing.get(need) ?? 'not offered by the target'}`
  const effect = check.effects.find((name) => !permissions.allowed.has(name))
  return effect === undefined ? undefined : `has the effect ${effect}, which is not allowed (--allow ${effect})`
}

function outcomeOf(asserted: number, thrown: unknown, redactor: Redactor): Pick<Verdict, 'status' | 'reason'> {
  if (thrown instanceof Mismatch) return { status: 'fail' }
  if (thrown instanceof Blocked) return { status: 'blocked', reason: redactor.text(thrown.message) }
  if (thrown !== undefined) return { status: 'error', reason: redactor.text(messageOf(thrown)) }
  return asserted === 0 ? { status: 'error', reason: 'the check asserted nothing' } : { status: 'pass' }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
}

/** A finding is read by people: the whole body stands in the exchange. */
function shortened(text: string): string {
  return text.length <= 600 ? text : `${text.slice(0, 600)}… (${text.length} characters)`
}
