import type { Scope } from '@/backend/generated'

export interface ScopeNode {
  id: string
  name: string
  level: Scope['level']
  children: ScopeNode[]
}

/** The places an account may see, as trees. A community supervisor gets no street, so a place whose parent is not
 * in the list is a root of its own. */
export function scopeTree(scopes: readonly Scope[]): ScopeNode[] {
  const nodes = new Map(scopes.map((scope) => [scope.id, node(scope)]))
  const roots: ScopeNode[] = []
  for (const scope of scopes) {
    const own = nodes.get(scope.id)
    if (!own) continue
    const parent = scope.parent === null || scope.parent === scope.id ? undefined : nodes.get(scope.parent)
    ;(parent?.children ?? roots).push(own)
  }
  for (const one of nodes.values()) one.children.sort(byCode)
  return roots.sort(byCode)
}

/** From the highest place the account may see down to this one. Empty when it may not see it. */
export function scopeTrail(scopes: readonly Scope[], id: string | null): Scope[] {
  const byId = new Map(scopes.map((scope) => [scope.id, scope]))
  const trail: Scope[] = []
  let next = id === null ? undefined : byId.get(id)
  while (next && !trail.includes(next)) {
    trail.unshift(next)
    next = next.parent === null ? undefined : byId.get(next.parent)
  }
  return trail
}

function node(scope: Scope): ScopeNode {
  return { id: scope.id, name: scope.name, level: scope.level, children: [] }
}

function byCode(one: ScopeNode, other: ScopeNode): number {
  // Codes are digits of equal length among siblings, so their order as text is the official order.
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0
}
