/** The bar that takes a save back, in both shells. */
export default { saved: '已保存在本机', take_back: '撤销', undone: '已撤销，恢复成原来的样子' }
