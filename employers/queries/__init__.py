from employers.queries.sections import MOST_SHOWN, Cell, Section, add_employer_section, employer_sections

__all__ = ["MOST_SHOWN", "Cell", "Section", "add_employer_section", "employer_sections"]
