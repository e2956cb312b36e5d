"""Made-up people in real places: employer and roster files in the documented form, and the campaign of the demo."""
