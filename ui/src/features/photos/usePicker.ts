import { computed, ref, shallowRef, type Ref } from 'vue'
import { CommandError, commandErrorFrom } from '@/backend/errors'
import { dropPhoto, stagePhoto } from '@/backend/generated'
import type { Reach } from '@/features/issues/useIssues'

export const mostPhotos = 9

/** Takes picked files up, one after the other: each is kept on this device before the next one is read. */
export function usePicker(photos: Ref<string[]>, reach: Reach) {
  const waiting = ref(0)
  const error = shallowRef<CommandError>()
  const full = computed(() => photos.value.length + waiting.value >= mostPhotos)
  let last = Promise.resolve()

  function add(files: readonly File[]) {
    error.value = undefined
    const room = mostPhotos - photos.value.length - waiting.value
    if (files.length > room) error.value = new CommandError('photos_too_many', { most: mostPhotos })
    for (const file of files.slice(0, Math.max(0, room))) {
      waiting.value += 1
      last = last.then(() => take(file))
    }
    return last
  }

  async function take(file: File) {
    try {
      const { photo } = await reach.through(stagePhoto({ data: await base64(file) }))
      photos.value = [...photos.value, photo]
    } catch (failure) {
      error.value = commandErrorFrom(failure)
    } finally {
      waiting.value -= 1
    }
  }

  async function remove(photo: string) {
    photos.value = photos.value.filter((one) => one !== photo)
    // One that cannot be forgotten now is forgotten by itself after a while.
    await reach.through(dropPhoto({ photo })).catch(() => undefined)
  }

  return { waiting, error, full, add, remove }
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    // The file went away between picking and reading, as one on a memory card does.
    reader.onerror = () => reject(new CommandError('photo_broken', {}))
    reader.readAsDataURL(file)
  })
}
