export function DashboardPage() {
  return <p>todo</p>;
}
