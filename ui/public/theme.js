// Before the first paint, so that a chosen theme does not flash. A file of its own because inline scripts are forbidden.
try {
  var theme = localStorage.getItem("runyard.theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be switched off: the system's choice stands.
}
