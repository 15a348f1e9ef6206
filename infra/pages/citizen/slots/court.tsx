// A court from above, as the drawings of sections are drawn: flat, in ink at 12 %.

export function Court() {
  return (
    <svg class="drawing tint-dazzle" viewBox="0 0 120 120" preserveAspectRatio="xMaxYMid slice" aria-hidden="true">
      <path d="M12 8h96v104H12zM16 12v96h88V12z" fill-rule="evenodd" />
      <path d="M16 58h88v4H16zM28 12h4v96h-4zM88 12h4v96h-4z" />
      <path d="M32 38h56v4H32zM32 78h56v4H32zM58 42h4v36h-4z" />
      <circle cx="96" cy="24" r="9" />
    </svg>
  );
}
