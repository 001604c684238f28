/** One run of a program, from its words to the exit status. */
@NullMarked
package org.qpsmtpd.runtime.felix.launch;

import org.jspecify.annotations.NullMarked;
