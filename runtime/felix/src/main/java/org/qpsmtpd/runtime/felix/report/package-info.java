/**
 * How the launcher speaks: lines of the start, failures with an exit status, reasons in one line.
 */
@NullMarked
package org.qpsmtpd.runtime.felix.report;

import org.jspecify.annotations.NullMarked;
