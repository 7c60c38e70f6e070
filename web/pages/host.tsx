import { render } from 'preact'
import '../styles/base.css'
import '../styles/results.css'
import '../styles/host.css'
import { HostApp } from '../host/host-app.tsx'

const root = document.querySelector('#app')
if (root !== null) render(<HostApp />, root)
