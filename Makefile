# For those whose fingers type make; everything is in dev.py.
.PHONY: demo test stop
demo test stop:
	@python3 dev.py $@
