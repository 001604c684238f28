/** The plugin noop_counter. */
@NullMarked
package org.qpsmtpd.plugin.noopcounter;

import org.jspecify.annotations.NullMarked;
