/** Words about the tablet itself: enrolling it again, removing it. */
export default {
  again: {
    title: 'Please enrol this tablet again',
    why: 'Another tablet works with the same data under the same number; one of them was copied or restored. Ask the administrator for a new link and paste it below.',
    safe: 'Everything is still here and you can go on working. What was not sent goes up by itself after that.',
  },
}
