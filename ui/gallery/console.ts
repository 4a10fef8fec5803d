/** The console's screens over a made-up district: `console.html?case=empty`, `?case=error` and so on. It stands in for
 * the server and not for the transport, so the page itself is the real one. */
import { ConsoleServer, type Case } from './console.server'

const asked = new URLSearchParams(location.search).get('case') ?? 'ready'
const server = new ConsoleServer(asked as Case)
Object.assign(window, { fetch: server.fetch, EventSource: server.stream(), gallery: server })

void import('@/main')
