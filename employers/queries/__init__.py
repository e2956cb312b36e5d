from employers.queries.branches import branch_choices
from employers.queries.sections import MOST_SHOWN, Cell, Section, add_employer_section, employer_sections

__all__ = ["MOST_SHOWN", "Cell", "Section", "add_employer_section", "branch_choices", "employer_sections"]
