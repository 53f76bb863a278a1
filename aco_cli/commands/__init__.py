"""Commands, one thin file each: parse options, call inputs, rules, engine and outputs."""
