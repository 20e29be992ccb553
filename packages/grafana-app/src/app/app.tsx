import { PluginPage } from '@grafana/runtime';

export default function App() {
  return <PluginPage>Being written.</PluginPage>;
}
