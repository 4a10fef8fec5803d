/** The bar that takes a save back, in both shells. */
export default { saved: 'Saved on this device', take_back: 'Undo', undone: 'Undone, as it was before' }
