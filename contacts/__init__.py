"""People and the numbers they may be reached on. Knows no gateway, keeps nothing, sends nothing."""
