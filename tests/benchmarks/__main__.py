"""`make bench`: every benchmark, one after the other."""

from tests.benchmarks import access, apply, emulator, manifests_load, plan

manifests_load.main()
plan.main()
access.main()
apply.main()
emulator.main()
