import { afterEach } from 'vitest'
import { enableAutoUnmount } from '@vue/test-utils'

// A component left mounted would answer the next test's keys and events.
enableAutoUnmount(afterEach)
