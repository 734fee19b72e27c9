"""What things are: frozen, validated at the border, without I/O and without a clock."""
