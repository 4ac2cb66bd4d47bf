import fc from 'fast-check'
import type { Run } from '../../core/run.ts'
import { fixedRun, hostile } from './fixed-run.ts'

/** Members whose values come from a closed list or a clock, whatever a target sends. */
const fixedMembers = new Set(['schemaVersion', 'status', 'level', 'profile', 'startedAt', 'finishedAt', 'capability', 'capabilities'])

/** The fixed run with one text in every place that holds a text. */
export function runFullOf(text: string): Run {
  const filled = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return fixedMembers.has(name) ? value : text
    if (Array.isArray(value)) return value.map((item) => filled(item, name))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fixedMembers.has(key) ? member : filled(member, key)]))
  }
  return filled(fixedRun, '') as Run
}

/** Texts made of what breaks reports: control sequences, markup, commands, broken characters, and anything else. */
export const hostileText = fc.array(fc.oneof(
  fc.constantFrom(...Object.values(hostile), '\n', '\r', '\t', '::', '##[', '##vso[', '`', '``````', '|', ']]>', '</details>', '%', ' '),
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.string({ unit: 'binary', maxLength: 10 }),
), { maxLength: 8 }).map((parts) => parts.join(''))
