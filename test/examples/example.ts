import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Test } from 'tap'

const examplesFolder = fileURLToPath(new URL('../../../examples/', import.meta.url))

/** Where an example is, with what it depends on. */
export function exampleFolder(name: string): string {
  if (!existsSync(join(examplesFolder, 'node_modules')))
    throw new Error('the examples are not installed: npm ci --prefix examples')
  return join(examplesFolder, name)
}

/** What a module of an example exports; whether it has this shape is for the test to find out. */
export async function moduleOf<Exported>(example: string, file: string): Promise<Exported> {
  return await import(pathToFileURL(join(exampleFolder(example), file)).href)
}

/** Starts the server of an example as its `npm start` does; resolves with its address when it listens. */
export async function startExample(t: Pick<Test, 'teardown'>, name: string): Promise<string> {
  const child = spawn(process.execPath, ['server.js'], {
    cwd: exampleFolder(name),
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1' },
  })
  t.teardown(() => child.kill('SIGKILL'))
  let complaints = ''
  child.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  for await (const line of createInterface(child.stdout)) {
    const [, address] = /Server listening at (http:\/\/[^"]+)/.exec(line) ?? []
    if (address === undefined) continue
    child.stdout.resume()
    return address
  }
  throw new Error(`${name} has ended: ${complaints}`)
}
