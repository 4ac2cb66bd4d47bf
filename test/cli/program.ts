import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../../core/package-root.ts'

/** What a program left behind. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs. */
export interface Running {
  readonly child: ChildProcess
  readonly outcome: Promise<Outcome>
  /** Resolves when the text stands in the output. */
  printed(text: string | RegExp): Promise<string>
}

export const program: string = join(packageRoot, 'bin', 'conformance.js')

/** Starts the command line as a person would, in a folder and an environment that say nothing about this test run. */
export function start(args: readonly string[], options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly bin?: string }): Running {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env }
  const child = spawn(process.execPath, [options.bin ?? program, ...args], { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => { stdout += data.toString() })
  child.stderr.on('data', (data: Buffer) => { stderr += data.toString() })
  const outcome = new Promise<Outcome>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
  return {
    child,
    outcome,
    async printed(text) {
      const found = (): string | undefined => (stdout + stderr).split('\n').find((line) => (typeof text === 'string' ? line.includes(text) : text.test(line)))
      let ended = false
      void outcome.then(() => { ended = true })
      for (;;) {
        const line = found()
        if (line !== undefined) return line
        if (ended) throw new Error(`ended without printing ${String(text)}:\n${stdout}${stderr}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}

/** Runs the command line to its end. */
export function conformance(args: readonly string[], options: Parameters<typeof start>[1]): Promise<Outcome> {
  return start(args, options).outcome
}

/** An empty folder, and how to remove it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'conformance test '))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
