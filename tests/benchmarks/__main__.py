"""`make bench`: every benchmark, one after the other."""

from tests.benchmarks import apply, emulator, manifests_load, plan

manifests_load.main()
plan.main()
apply.main()
emulator.main()
