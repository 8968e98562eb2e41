// The reference of the browser SDK, from the docstrings of what public/sdk/index.ts exports. TypeScript 7 has no interface for that
// yet which stays as it is; this is that of TypeScript 6, as @ts-morph/common has it.
import { fileURLToPath } from 'node:url'
import { ts } from '@ts-morph/common'

const entry = fileURLToPath(new URL('../public/sdk/index.ts', import.meta.url))

const kinds = [
  ['Functions', (node) => ts.isFunctionDeclaration(node)],
  ['Classes', (node) => ts.isClassDeclaration(node)],
  ['Constants', (node) => ts.isVariableDeclaration(node)],
  ['Types', () => true],
]

/**
 * @returns `markdown`, and in `undocumented` the names of what has no docstring
 */
export function sdkReference() {
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    // Types are taken as they are written.
    noLib: true,
    types: [],
  })
  const checker = program.getTypeChecker()
  const undocumented = []
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry))
  const exported = checker.getExportsOfModule(module).map((symbol) => {
    const own = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    return {
      name: symbol.name,
      symbol: own,
      node: own.declarations.find(ts.isTypeAliasDeclaration) ?? own.declarations[0],
    }
  })
  const sections = new Map(kinds.map(([title]) => [title, []]))
  for (const one of exported.sort((a, b) => (a.name < b.name ? -1 : 1)))
    sections.get(kinds.find(([, isKind]) => isKind(one.node))[0]).push(describe(one))
  const markdown = [...sections].map(([title, texts]) => [`## ${title}`, ...texts].join('\n\n')).join('\n\n')
  return { markdown, undocumented }

  function describe({ name, symbol, node }) {
    const parts = [`### \`${name}\``]
    const note = docOf(symbol, name)
    if (note !== '') parts.push(note)
    if (ts.isFunctionDeclaration(node)) parts.push(`\`${name}${callOf(node)}\``, tagsOf(symbol).join('\n'))
    else if (ts.isTypeAliasDeclaration(node)) parts.push(`\`${literalsOf(symbol) ?? oneLine(node.type)}\``)
    else if (ts.isVariableDeclaration(node)) parts.push(constantOf(node))
    else {
      const parents = (node.heritageClauses ?? []).flatMap(({ types }) => types.map(oneLine))
      if (parents.length > 0) parts.push(`Also has what \`${parents.join('`, `')}\` has.`)
      const members = node.members.filter(isPublic).map((member) => describeMember(name, member))
      if (members.length > 0) parts.push(members.join('\n'))
    }
    return parts.join('\n\n')
  }

  function describeMember(owner, member) {
    const name = ts.isConstructorDeclaration(member) ? 'constructor' : member.name.getText()
    const symbol = checker.getSymbolAtLocation(member.name ?? member) ?? member.symbol
    const isCall = ts.isMethodDeclaration(member) || ts.isMethodSignature(member) || ts.isConstructorDeclaration(member)
    const optional = member.questionToken ? '?' : ''
    const text = isCall ? `${name}${callOf(member)}` : `${name}${optional}: ${typeOf(member)}`
    const [first = '', ...more] = [docOf(symbol, `${owner}.${name}`), ...tagsOf(symbol)].filter((part) => part !== '')
    return [`- \`${text}\`  \n  ${first}`, ...more.map((part) => `  ${part.replaceAll('\n', '\n  ')}`)].join('\n')
  }

  function docOf(symbol, name) {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim()
    if (text === '') undocumented.push(name)
    return inMarkdown(text)
  }
}

/** What is wrong, what comes back, what is to be given: a line each. What an example shows is in sdk.md, where it is run. */
function tagsOf(symbol) {
  const titles = { param: '', returns: 'Returns ', throws: 'Throws ', typeParam: '' }
  return symbol
    .getJsDocTags()
    .filter(({ name }) => name in titles)
    .map(({ name, text }) => {
      const words = inMarkdown(ts.displayPartsToString(text).replaceAll(/\s+/g, ' ').trim())
      if (name === 'param' || name === 'typeParam') return `- ${words.replace(/^(\S+)\s+/, '`$1`: ')}`
      return `- ${titles[name]}${words}`
    })
}

/** Paragraphs and lists stay; the lines of one are put together. Pictures that are made of text are set apart as such. */
function inMarkdown(text) {
  return text
    .split(/\n{2,}/)
    .map((part) => (/^ {4}/.test(part) ? part : part.replaceAll(/\s*\n\s*/g, ' ')))
    .join('\n\n')
}

/** A type that is made of a schema: the texts in that. */
function literalsOf({ declarations }) {
  const schema = declarations.find(ts.isVariableDeclaration)
  if (schema === undefined) return undefined
  return Array.from(schema.initializer.getText().matchAll(/Type\.Literal\(('[^']*')\)/g), ([, text]) => text).join(
    ' | ',
  )
}

/** Its type, where that is written; else the names in it. */
function constantOf({ type, initializer }) {
  if (type !== undefined) return `\`${oneLine(type)}\``
  let value = initializer
  while (ts.isAsExpression(value) || ts.isSatisfiesExpression(value)) value = value.expression
  if (!ts.isObjectLiteralExpression(value))
    return `\`${ts.isNumericLiteral(value) || ts.isBinaryExpression(value) ? 'number' : 'string'}\``
  return `By name: ${value.properties.map(({ name }) => `\`${name.text}\``).join(', ')}.`
}

function typeOf(member) {
  if (member.type === undefined) throw new Error(`${member.getText()} has no type that is written`)
  return oneLine(member.type)
}

function callOf({ parameters, type, typeParameters }) {
  const generic = typeParameters === undefined ? '' : `<${typeParameters.map(oneLine).join(', ')}>`
  const result = type === undefined ? '' : `: ${oneLine(type)}`
  return `${generic}(${parameters.map(oneLine).join(', ')})${result}`
}

function oneLine(node) {
  return node
    .getText()
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?= [^,)]*\{\}$/g, '')
    .trim()
}

function isPublic(member) {
  const isHidden = ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)
  const isPrivateName = member.name !== undefined && ts.isPrivateIdentifier(member.name)
  return !isHidden && !isPrivateName && !ts.isSemicolonClassElement(member) && !isInternal(member)
}

/** `@internal` also in the middle of a line, as our docstrings have it. */
function isInternal(node) {
  return ts.getJSDocCommentsAndTags(node).some((doc) => doc.getText().includes('@internal'))
}
