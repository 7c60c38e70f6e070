import { render } from 'preact'
import '../styles/base.css'
import '../styles/results.css'
import '../styles/host.css'
import { ignoreDoubleClicks } from '../client/double-clicks.ts'
import { HostApp } from '../host/host-app.tsx'

ignoreDoubleClicks()

const root = document.querySelector('#app')
if (root !== null) render(<HostApp />, root)
