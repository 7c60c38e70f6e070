import { render } from 'preact'
import '../styles/base.css'
import '../styles/index.css'
import { StartPage } from './start-page.tsx'

const root = document.querySelector('#app')
if (root !== null) render(<StartPage />, root)
