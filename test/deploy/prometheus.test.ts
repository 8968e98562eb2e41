import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { type MetricDescription, serviceMetrics } from '../../schemas/index.js'
import { metricsServer } from '../../src/metrics-server.js'
import { Scrape } from '../scrape.js'
import { deployFolder, textOf, yamlOf } from './manifests.js'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: { readonly severity: string }
}

interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[]
  }[]
}

interface Panel {
  readonly id: number
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

const rulesFile = 'prometheus/signalbox.rules.yaml'
const testsFile = 'prometheus/signalbox.rules.test.yaml'
const rules = yamlOf<{ groups: readonly { rules: readonly Rule[] }[] }>(rulesFile).groups.flatMap(({ rules }) => rules)
const dashboard: { panels: readonly Panel[] } = JSON.parse(textOf('grafana/signalbox.json'))
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
const operations = readFileSync(join(deployFolder, '../docs/operations.md'), 'utf8')

function promtool(...args: string[]): { readonly ok: boolean; readonly said: string } {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' })
  return { ok: status === 0, said: `${stdout}${stderr}${error ?? ''}` }
}

/** The rules with something put in the place of something else, beside their tests. @returns the path of the tests */
function changed(t: Test, from: string, to: string): string {
  const rules = textOf(rulesFile)
  t.ok(rules.includes(from), from)
  const folder = t.testdir({ 'signalbox.rules.yaml': rules.replace(from, to), 'tests.yaml': textOf(testsFile) })
  return join(folder, 'tests.yaml')
}

t.test('the alerts are rules that Prometheus takes, and fire when they should, and only then', async (t) => {
  const { ok, said } = promtool('check', 'rules', join(deployFolder, rulesFile))
  t.ok(ok, said)
  const tested = promtool('test', 'rules', join(deployFolder, testsFile))
  t.ok(tested.ok, tested.said)

  const { tests } = yamlOf<RuleTests>(testsFile)
  const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test)
  for (const { alert } of rules) {
    const own = cases.filter(({ alertname }) => alertname === alert)
    t.ok(
      own.some(({ exp_alerts }) => exp_alerts.length > 0) && own.some(({ exp_alerts }) => exp_alerts.length === 0),
      alert,
    )
  }
  for (const [from, to] of [
    ['signalbox_store_up == 0', 'signalbox_store_up == 1'],
    ['signalbox_rooms > 0.9', 'signalbox_rooms > 1.9'],
    ['for: 15m', 'for: 3h'],
  ] as const)
    t.notOk(promtool('test', 'rules', changed(t, from, to)).ok, `${from} is tested`)
})

t.test('somebody who is woken finds what to do', async (t) => {
  t.ok(rules.length >= 12)
  for (const { alert, labels } of rules) {
    t.match(operations, new RegExp(`^\\| \`${alert}\` \\|`, 'm'))
    t.ok(['critical', 'warning'].includes(labels.severity), alert)
  }
  const named = Array.from(operations.matchAll(/^\| `(Signalbox\w+)` \|/gm), ([, name]) => name)
  t.strictSame(named.sort(), rules.map(({ alert }) => alert).sort())
})

t.test('what the dashboard asks for is what Prometheus understands', async (t) => {
  const ids = dashboard.panels.map(({ id }) => id)
  t.equal(new Set(ids).size, ids.length)
  t.ok(queries.length > 25)
  // As rules, which promtool reads without a Prometheus.
  const asRules = (all: readonly string[]) => {
    const rules = all.map((expr, k) => ({
      record: `query_${k}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
    }))
    return join(t.testdir({ 'queries.yaml': stringify({ groups: [{ name: 'queries', rules }] }) }), 'queries.yaml')
  }
  const { ok, said } = promtool('check', 'rules', asRules(queries))
  t.ok(ok, said)
  t.notOk(promtool('check', 'rules', asRules([...queries, 'sum(rate('])).ok, 'a slip is found')
})

t.test('alerts and dashboard ask for metrics, labels and values that there are', async (t) => {
  const registry = new Registry()
  const server = metricsServer(registry)
  t.teardown(() => server.close())
  const ofProcess = new Scrape(await registry.metrics()).names
  const listed = new Map<string, MetricDescription>(Object.entries(serviceMetrics))
  const asked = new Set<string>()
  for (const expr of [...rules.map(({ expr }) => expr), ...queries]) {
    for (const [, name = '', selector = ''] of expr.matchAll(/\b((?:signalbox|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)) {
      asked.add(name)
      const base = [name, name.replace(/_(bucket|sum|count)$/, '')].find((known) => listed.has(known))
      const metric = listed.get(base ?? '')
      t.ok(metric !== undefined || ofProcess.includes(name), name)
      if (metric?.type === 'histogram') t.match(name, /_(bucket|sum|count)$/)
      for (const [, label = '', value = ''] of selector.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)) {
        if (['job', 'instance'].includes(label)) continue
        const values = metric?.labels?.[label]
        t.ok(values !== undefined, `${name}: ${label}`)
        if (values === undefined || typeof values === 'string') continue
        for (const one of value.split('|'))
          t.ok(
            values.some((known) => new RegExp(`^(?:${one})$`).test(known)),
            `${name}: ${label}: ${one}`,
          )
      }
    }
  }
  t.strictSame(
    [...listed.keys()].filter((name) => ![...asked].some((other) => other.startsWith(name))),
    ['signalbox_info'],
    'each metric is looked at somewhere, but for the one that has the versions',
  )
})
