"""Change against history: charts and their phases, changes of a deployment, drift of what is said."""
