import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { makeCertificates } from '../certificates.js'
import { start } from '../program.js'

const text = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8').replaceAll('\\\n', '')
const [program = '', ...args]: string[] = JSON.parse(/^HEALTHCHECK .*? CMD (\[.*\])$/m.exec(text)?.[1] ?? '[]')

/** Runs the health check of the image as Docker does, in the same environment as the service. */
async function check(environment: Record<string, string>): Promise<number> {
  const child = spawn(program, args, { env: { PATH: process.env['PATH'], ...environment }, stdio: 'inherit' })
  const [code] = await once(child, 'close')
  return code
}

t.test('the health check of the image asks over HTTP, or over HTTPS where the service speaks that', async (t) => {
  const { certificateFile, keyFile } = makeCertificates(t.testdir({}), { names: 'DNS:calls.example' })
  const secure = { SIGNALBOX_TLS_CERT: certificateFile, SIGNALBOX_TLS_KEY: keyFile }
  for (const settings of [{ HOST: '0.0.0.0' }, { HOST: '::1' }, { HOST: '0.0.0.0', ...secure }]) {
    const { url, child, exited } = await start(t, settings)
    const environment = { ...settings, PORT: new URL(url).port }
    t.equal(await check(environment), 0, `well with ${Object.keys(settings)}`)
    child.kill('SIGTERM')
    await exited
    t.equal(await check(environment), 1, 'not well without the service')
  }
})

t.test('the image starts the service as npm start does', (t) => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  const command: string[] = JSON.parse(/^CMD (\[.*\])$/m.exec(text)?.[1] ?? '[]')
  t.equal(`exec ${command.join(' ')}`, scripts.start)
  t.end()
})

t.test('what it installs is for no kind of processor in particular', (t) => {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const installed = Object.entries<{ dev?: boolean; optional?: boolean; os?: object; cpu?: object }>(packages).filter(
    ([path, { dev, optional }]) => path !== '' && dev !== true && optional !== true,
  )
  t.ok(installed.length > 50)
  for (const [path, { os, cpu }] of installed) {
    t.strictSame([os, cpu], [undefined, undefined], path)
    const files = readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    t.strictSame(
      files.filter((file) => /\.(node|so|gyp)$/.test(file)),
      [],
      path,
    )
  }
  t.end()
})
