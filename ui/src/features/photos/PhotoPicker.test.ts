import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { i18n } from '@/i18n'

const call = vi.fn()
vi.mock('@/backend/transport', () => ({ call: (name: string, input: unknown) => call(name, input), onEvent: () => () => {} }))
const { default: PhotoPicker } = await import('./PhotoPicker.vue')
const { CommandError } = await import('@/backend/errors')

const url = 'data:image/jpeg;base64,/9j/'
const file = (name: string) => new File(['x'], name, { type: 'image/jpeg' })

async function pick(box: ReturnType<typeof mount>, ...files: File[]) {
  const input = box.get<HTMLInputElement>('[data-testid=photo-input]')
  Object.defineProperty(input.element, 'files', { value: files, configurable: true })
  await input.trigger('change')
  await vi.waitFor(() => expect(box.find('[role=status]').exists()).toBe(false))
  await flushPromises()
}

function open(photos: string[] = []) {
  const box = mount(PhotoPicker, {
    props: { modelValue: photos, 'onUpdate:modelValue': (next: string[]) => void box.setProps({ modelValue: next }) },
    global: { plugins: [i18n] },
  })
  return box
}

describe('picking photos', () => {
  let last = 0
  beforeEach(() => {
    last = 0
    call.mockReset()
    call.mockImplementation(async (name: string, input: { photo?: string }) => {
      if (name === 'stage_photo') return { photo: `p${(last += 1)}`, url }
      return name === 'photo_data' ? { photo: input.photo, url } : null
    })
  })

  it('keeps each picked photo at once, shows it, and forgets it again', async () => {
    const box = open()
    await pick(box, file('a.jpg'), file('b.jpg'))
    expect(box.props('modelValue')).toEqual(['p1', 'p2'])
    expect(box.findAll('[data-testid=photo-thumb]').map((one) => one.attributes('src'))).toEqual([url, url])
    expect(call.mock.calls.filter(([name]) => name === 'stage_photo').map(([, input]) => input)).toEqual([{ data: 'eA==' }, { data: 'eA==' }])
    await box.get('.remove').trigger('click')
    expect(box.props('modelValue')).toEqual(['p2'])
    expect(call).toHaveBeenCalledWith('drop_photo', { photo: 'p1' })
  })

  it('says what is the matter with one file and takes the others', async () => {
    call.mockImplementationOnce(() => Promise.reject(new CommandError('photo_type', {})))
    const box = open()
    await pick(box, file('page.html'), file('b.jpg'))
    expect(box.props('modelValue')).toEqual(['p1'])
    expect(box.get('[data-testid=error-message]').attributes('data-code')).toBe('photo_type')
  })

  it('takes nine and says that there is no room for a tenth', async () => {
    const box = open(['1', '2', '3', '4', '5', '6', '7', '8'])
    await pick(box, file('a.jpg'), file('b.jpg'))
    expect((box.props('modelValue') as string[]).length).toBe(9)
    expect(box.get('[data-testid=error-message]').attributes('data-code')).toBe('photos_too_many')
    expect(box.find('[data-testid=photo-input]').exists()).toBe(false)
  })
})
