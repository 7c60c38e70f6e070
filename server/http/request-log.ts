import type { FastifyBaseLogger } from 'fastify'

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** The log of one request, whose lines name it. Few requests have a line, so that a child of the logger is made with the first one. */
export class RequestLog implements FastifyBaseLogger {
  readonly #logger: FastifyBaseLogger
  readonly #readBindings: () => object
  #child: FastifyBaseLogger | undefined

  constructor (logger: FastifyBaseLogger, readBindings: () => object) {
    this.#logger = logger
    this.#readBindings = readBindings
  }

  get level (): string { return this.#logger.level }

  fatal (...said: unknown[]): void { this.#say('fatal', said) }
  error (...said: unknown[]): void { this.#say('error', said) }
  warn (...said: unknown[]): void { this.#say('warn', said) }
  info (...said: unknown[]): void { this.#say('info', said) }
  debug (...said: unknown[]): void { this.#say('debug', said) }
  trace (...said: unknown[]): void { this.#say('trace', said) }
  silent (...said: unknown[]): void { this.#say('silent', said) }

  child (...given: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#own().child(...given)
  }

  #own (): FastifyBaseLogger {
    this.#child ??= this.#logger.child(this.#readBindings())
    return this.#child
  }

  #say (level: Level, said: unknown[]): void {
    const own = this.#own()
    Reflect.apply(own[level], own, said)
  }
}
