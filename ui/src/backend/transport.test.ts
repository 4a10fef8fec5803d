import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { commandErrorFrom } from './errors'

const answers = vi.hoisted(() => ({ invoke: (_: string, __: unknown): unknown => undefined }))
vi.mock('@tauri-apps/api/core', () => ({ invoke: async (name: string, input: unknown) => answers.invoke(name, input) }))

/** The transport chooses its way when it is loaded, so each test loads a fresh one. */
async function load(tauri: boolean) {
  vi.resetModules()
  if (tauri) vi.stubGlobal('__TAURI_INTERNALS__', {})
  return import('./transport')
}
beforeEach(() => vi.unstubAllGlobals())
afterEach(() => {
  vi.unstubAllGlobals()
  delete (window as { __TAURI_INTERNALS__?: unknown }).__TAURI_INTERNALS__
})

describe('a call inside the tablet app', () => {
  it('goes through one IPC command', async () => {
    const { call } = await load(true)
    answers.invoke = (name, input) => [name, input]
    expect(await call('list_buildings', null)).toEqual(['call', { name: 'list_buildings', input: null }])
  })

  it('fails with the code and detail of the core', async () => {
    const { call } = await load(true)
    answers.invoke = () => Promise.reject({ code: 'pin_wrong', detail: { tries_left: 2 } })
    await expect(call('unlock', { pin: '1' })).rejects.toMatchObject({ code: 'pin_wrong', detail: { tries_left: 2 } })
  })
})

describe('a call from the console page', () => {
  const fetching = (answer: Response | Promise<never>) => vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(answer)))

  it('posts JSON with the header that other sites cannot set', async () => {
    const { call } = await load(false)
    fetching(new Response('[1]'))
    expect(await call('list_scopes', null)).toEqual([1])
    expect(vi.mocked(fetch)).toHaveBeenCalledWith('/api/call/list_scopes', expect.objectContaining({ method: 'POST', body: 'null', headers: { 'content-type': 'application/json', 'x-linli': '1' } }))
  })

  it('takes code and fields from problem+json', async () => {
    const { call } = await load(false)
    fetching(new Response(JSON.stringify({ title: 'x', code: 'sign_in_wait', detail: 'words', detail_fields: { seconds: 30 } }), { status: 429 }))
    await expect(call('register', {})).rejects.toMatchObject({ code: 'sign_in_wait', detail: { seconds: 30 } })
  })

  it('tells whoever listens that the session is over, and nothing of other refusals', async () => {
    const { call, onSessionEnded } = await load(false)
    const told = vi.fn()
    onSessionEnded(told)
    fetching(new Response(JSON.stringify({ code: 'not_found' }), { status: 422 }))
    await expect(call('register', {})).rejects.toMatchObject({ code: 'not_found' })
    expect(told).not.toHaveBeenCalled()
    fetching(new Response(JSON.stringify({ code: 'session_ended' }), { status: 401 }))
    await expect(call('register', {})).rejects.toMatchObject({ code: 'session_ended' })
    expect(told).toHaveBeenCalledOnce()
  })

  it('calls an unreadable failure internal and a silent server no_answer', async () => {
    const { call } = await load(false)
    fetching(new Response('<html>', { status: 502 }))
    await expect(call('register', {})).rejects.toMatchObject({ code: 'internal' })
    fetching(Promise.reject(new TypeError('network')))
    await expect(call('register', {})).rejects.toMatchObject({ code: 'no_answer' })
  })
})

describe('a failure of any shape', () => {
  it('never loses its code, and gets one where it has none', () => {
    expect(commandErrorFrom({ code: 'disk_full', detail: null })).toMatchObject({ code: 'disk_full', detail: {} })
    expect(commandErrorFrom('panic')).toMatchObject({ code: 'internal' })
  })
})
