/** The words of the command line, checked. */
@NullMarked
package org.qpsmtpd.runtime.felix.options;

import org.jspecify.annotations.NullMarked;
