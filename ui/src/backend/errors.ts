/** What the core or the console answers instead of a result. The page decides by `code`, never by words. */
export class CommandError extends Error {
  readonly code: string
  readonly detail: Record<string, string | number>

  constructor(code: string, detail: Record<string, string | number>) {
    super(code)
    this.name = 'CommandError'
    this.code = code
    this.detail = detail
  }
}

/** Both shapes a failure has on its way here: IPC gives `detail`, problem+json gives `detail_fields`. */
export function commandErrorFrom(failure: unknown): CommandError {
  if (failure instanceof CommandError) return failure
  if (typeof failure === 'object' && failure !== null && 'code' in failure && typeof failure.code === 'string') {
    const { code, detail, detail_fields } = failure as { code: string; detail?: unknown; detail_fields?: unknown }
    return new CommandError(code, plainFields(detail_fields) ?? plainFields(detail) ?? {})
  }
  return new CommandError('internal', {})
}

function plainFields(fields: unknown): Record<string, string | number> | undefined {
  return typeof fields === 'object' && fields !== null ? (fields as Record<string, string | number>) : undefined
}
