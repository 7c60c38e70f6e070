// A copy of this build in a temporary folder, in which single files may be compiled anew.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { removeFolder, trackFolder } from '../../test/helpers/child-process.ts'
import { applyEdit, type Edit, type Mutant } from './mutant.ts'

export interface MutatedBuild {
  /** Where the tests run. */
  folder: string
  /** The build in it. */
  build: string
  /** Without the mutant that was there before. Throws where a piece of it is not in the sources any more. */
  become (mutant: Pick<Mutant, 'edits'>): void
  remove (): void
}

/** @param root the folder of package.json, whose sources are those of `build` */
export function copyBuild (root: string, build: string): MutatedBuild {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-mutants-'))
  trackFolder(folder)
  const copy = join(folder, 'dist/mutant')
  mkdirSync(join(folder, 'dist'))
  cpSync(build, copy, { recursive: true })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const changed = new Set<string>()

  return {
    folder,
    build: copy,
    become ({ edits }) {
      for (const path of changed) cpSync(join(build, path), join(copy, path))
      changed.clear()
      for (const [file, source] of applyEdits(root, edits)) {
        const path = file.replace(/\.tsx?$/, '.js')
        writeFileSync(join(copy, path), path === file ? source : compile(file, source))
        changed.add(path)
      }
    },
    remove: () => { removeFolder(folder) }
  }
}

/** The sources with all of the edits, by file. */
export function applyEdits (root: string, edits: readonly Edit[]): Map<string, string> {
  const sources = new Map<string, string>()
  for (const edit of edits) sources.set(edit.file, applyEdit(sources.get(edit.file) ?? readFileSync(resolve(root, edit.file), 'utf8'), edit))
  return sources
}

// What tsconfig.json asks for, as far as it changes what is written.
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true, rewriteRelativeImportExtensions: true
}

function compile (file: string, source: string): string {
  const { outputText, diagnostics = [] } = ts.transpileModule(source, { fileName: file, compilerOptions, reportDiagnostics: true })
  const [first] = diagnostics
  if (first !== undefined) throw new Error(`${file} is no program any more: ${ts.flattenDiagnosticMessageText(first.messageText, '\n')}`)
  return outputText
}
